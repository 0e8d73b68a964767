import type { DeliveryRecord } from '../../src/store/types.ts';

/** An open delivery, whose body is no text. */
export const delivery: DeliveryRecord = {
  appId: '1',
  guid: 'g-1',
  event: 'check_run',
  action: 'completed',
  installationId: '1',
  repositoryId: '10',
  headers: { 'x-github-event': 'check_run' },
  body: Buffer.from([0x7b, 0xff, 0x00, 0x7d]),
  receivedAt: 5,
  status: 'open',
  attempts: 0,
  nextAttemptAt: 5,
  note: null,
  messages: 0,
};
