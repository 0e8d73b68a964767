import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { BodyMemory, type BodyReservation } from './body-memory.ts';
import { keptHeaders, readDeliveryHeaders } from './delivery-headers.ts';
import { readEventBody } from './event-body.ts';
import type { Inbox } from './inbox.ts';
import { sendJson } from './json-answer.ts';
import { BODY_LIMIT_BYTES, readRawBody } from './raw-body.ts';
import type { SenderOf } from './sender.ts';
import { isSigned } from './signature.ts';

/** Sees every answer of the route. */
export interface AnswerObserver {
  /** @param durationMs from the arrival of the request's headers */
  answer(code: number, durationMs: number): void;
}

/** Options of {@link webhookRoute}. */
export interface WebhookRouteOptions {
  inbox: Pick<Inbox, 'take'>;
  /** Live webhook secrets, at least one. */
  secrets: readonly string[];
  logger: Logger;
  /** Who a refused delivery came from, for the log; default the connection's address. */
  senderOf?: SenderOf;
  /** Default the machine's. */
  clock?: Clock;
  /** Default none. */
  observer?: AnswerObserver;
  /** Requests worked on at once, >= 1; more are answered 503 with `retry-after`. Default 256. */
  maxInFlight?: number;
  /** Bytes of all bodies held at once, >= `bodyLimitBytes`; more are answered 503. Default 256 MiB. */
  maxBodyMemoryBytes?: number;
  /** Largest body in bytes; default 25 MiB. */
  bodyLimitBytes?: number;
}

/** Seconds after which a sender may come again when the service is full or its store down. */
const RETRY_AFTER_SECONDS = '5';

const BODY_MEMORY_BYTES = 256 * 1024 * 1024;

interface Answer {
  code: number;
  status: string;
  error?: string;
  reason?: string;
}

/**
 * Takes deliveries. Checked in this order: method (405), event and delivery headers (400), requests and bytes in
 * flight (503; they guard the memory that bodies take, so they come before and while those are read), size (413),
 * signature (401), content type (415), JSON that fits the event's name (400), a store or queue that is down (503), a
 * subscriber that failed (500); everything else is 202. Answers are JSON: `{ status, error?, reason? }`.
 */
export function webhookRoute(
  options: WebhookRouteOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { logger, observer, clock = systemClock, maxInFlight = 256 } = options;
  const senderOf = options.senderOf ?? (({ socket }) => socket.remoteAddress);
  const memory = new BodyMemory(options.maxBodyMemoryBytes ?? BODY_MEMORY_BYTES);
  let inFlight = 0;
  return async (request, response) => {
    const startedAt = clock.monotonic();
    const reservation = memory.reserve();
    inFlight += 1;
    try {
      const { code, ...body } = await take(request, options, reservation, inFlight > maxInFlight);
      if (code >= 400) {
        const deliveryId = request.headers['x-github-delivery'];
        logger.warn({ code, error: body.error, deliveryId, remote: senderOf(request) }, 'delivery refused');
      }
      sendJson(response, code, body, headersOf(code));
      observer?.answer(code, clock.monotonic() - startedAt);
    } finally {
      inFlight -= 1;
      reservation.release();
    }
  };
}

async function take(
  request: IncomingMessage,
  options: WebhookRouteOptions,
  reservation: BodyReservation,
  full: boolean,
): Promise<Answer> {
  if (request.method !== 'POST') return refused(405, 'deliveries are POSTed');
  const headers = readDeliveryHeaders(request.headers);
  if ('problem' in headers) return refused(400, headers.problem);
  if (full) return refused(503, 'too many deliveries at once');
  const raw = await readRawBody(request, reservation, options.bodyLimitBytes ?? BODY_LIMIT_BYTES);
  if (raw.state === 'no_memory') return refused(503, 'too many deliveries at once');
  if (raw.state === 'too_large') return refused(413, 'the body is larger than 25 MiB');
  if (raw.state === 'cut_off') return refused(400, 'the body ended early');
  if (!isSigned(raw.body, request.headers['x-hub-signature-256'], options.secrets)) {
    return refused(401, 'x-hub-signature-256 is missing or wrong');
  }
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    return refused(415, 'the content type must be application/json');
  }
  const content = readEventBody(headers.event, raw.body);
  if ('problem' in content) return refused(400, content.problem);
  const result = await options.inbox.take({
    ...headers,
    content,
    headers: keptHeaders(request.headers),
    body: raw.body,
    source: 'webhook',
  });
  switch (result.status) {
    case 'accepted':
      return { code: 202, status: 'accepted', reason: result.reason };
    case 'duplicate':
      return { code: 202, status: 'duplicate' };
    case 'unavailable':
      return refused(503, 'deliveries cannot be stored at the moment');
    case 'failed':
      return refused(500, 'a handler failed; the delivery is kept and tried again');
  }
}

function refused(code: number, error: string): Answer {
  return { code, status: 'refused', error };
}

/** Headers that belong to an answer of this status. */
function headersOf(code: number): OutgoingHttpHeaders {
  if (code === 405) return { allow: 'POST' };
  return code === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
}
