import type { EngineSettlement } from '../engine.ts';
import { checkLease, toSettlement } from '../failure.ts';
import type { Lease, Settlement, SettleResult } from '../types.ts';

/** Half of the digits of a token. */
const HALF = 100_000_000;

/** How a lease is named on the server: its token in 16 digits, then the id. */
export function leaseMember({ token, id }: Pick<Lease, 'token' | 'id'>): string {
  // In two halves: small integers are printed faster.
  const high = Math.floor(token / HALF);
  return `${eightDigits(high)}${eightDigits(token - high * HALF)}:${id}`;
}

function eightDigits(value: number): string {
  return String(value).padStart(8, '0');
}

/** Outcomes as arguments of the `step` script, and the way back from its answer. */
export interface SettlementPlan {
  readonly args: readonly (string | number)[];
  /** Results in the order of the outcomes. @param answer one digit per outcome, in the script's order */
  readonly results: (answer: string) => SettleResult[];
}

/** Letters of the `step` script for what is not done. */
const KINDS: Record<EngineSettlement['kind'], string> = { done: '', retry: 'r', dead: 'd', back: 'b' };

/**
 * The script settles what is done first, all with a few commands; of a lease that is named twice the first
 * outcome counts, the later ones come too late.
 *
 * @throws ValidationError for a delay out of range or a lease that is none
 */
export function planSettlements(outcomes: readonly Settlement[]): SettlementPlan {
  const done: string[] = [];
  const other: (string | number)[] = [];
  const seen = ascend(outcomes) ? null : new Set<string>();
  /** Where the result stands: from 0 on among the done, from -1 down among the others, `null` for a repetition. */
  const places: (number | null)[] = [];
  let others = 0;
  for (const { lease, outcome } of outcomes) {
    checkLease(lease);
    const member = leaseMember(lease);
    if (seen?.has(member)) {
      places.push(null);
      continue;
    }
    seen?.add(member);
    if (outcome?.kind === 'done') {
      places.push(done.push(member) - 1);
      continue;
    }
    const { kind, delayMs, error } = toSettlement(lease, outcome);
    others++;
    places.push(-others);
    other.push(KINDS[kind], member, delayMs, error);
  }
  return {
    args: [done.length, ...done, ...other],
    results: (answer) =>
      places.map((place) => {
        if (place === null) return 'lost';
        return answer[place >= 0 ? place : done.length - place - 1] === '1' ? 'ok' : 'lost';
      }),
  };
}

/** Whether the tokens rise, as those of a worker do: none is there twice then. */
function ascend(outcomes: readonly Settlement[]): boolean {
  return outcomes.every(({ lease }, i) => i === 0 || Number(outcomes[i - 1]?.lease?.token) < lease?.token);
}
