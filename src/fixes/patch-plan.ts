import { unpackPatch } from './fix-content.ts';
import { type InspectedPatch, inspectPatch } from './guards/inspect-patch.ts';
import { type FixEnvironment, type FixJob, type Planned, type Refused, refused } from './strategy.ts';

/** The plan of every strategy that delivers a patch: the patch itself, past all guards that need no repository. */
export async function planPatch(
  { payload }: FixJob,
  { store, policy }: FixEnvironment,
): Promise<Planned<InspectedPatch> | Refused> {
  const text = await unpackPatch(payload.fix_content, store.contents);
  if (text === null) return refused('patch.gone', 'the patch is not stored any more');
  const known = await store.diagnoses.find(payload.check_run_id);
  const tool = known?.diagnosis.tool ?? null;
  const inspection = inspectPatch(text, { protectedPaths: policy.protectedPaths, tool });
  if (!inspection.ok) return { kind: 'refused', refusal: inspection.refusal };
  const { digest, reverseDigest } = inspection.value;
  return { kind: 'planned', plan: inspection.value, digest, reverseDigest };
}
