import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Deliveries } from './body.ts';

/** What a load came to. */
export interface LoadResult {
  /** Answers by status. */
  answers: Record<number, number>;
  /** Answers of 2xx a second. */
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Options of {@link load}. */
export interface LoadOptions {
  url: URL;
  deliveries: Deliveries;
  connections: number;
  durationMs: number;
  /** Deliveries a second over all connections; default as many as it takes. */
  rate?: number;
}

/** Posts deliveries over so many connections at once, each the next as soon as the last was answered. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { url, connections, durationMs } = options;
  const durations: number[] = [];
  const answers: Record<number, number> = {};
  const startedAt = performance.now();
  const end = startedAt + durationMs;
  let next = 0;
  /** When the next one is due. */
  const turn = (): number => (options.rate ? startedAt + (next++ * 1000) / options.rate : 0);
  const send = async () => {
    const socket = connect(Number(url.port), url.hostname).setNoDelay(true);
    await once(socket, 'connect');
    while (performance.now() < end) {
      const due = turn();
      if (due > end) break;
      if (due > performance.now())
        await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      const request = options.deliveries.next();
      const sentAt = performance.now();
      const status = await exchange(socket, request);
      durations.push(performance.now() - sentAt);
      answers[status] = (answers[status] ?? 0) + 1;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, send));
  const seconds = (performance.now() - startedAt) / 1000;
  durations.sort((a, b) => a - b);
  const good = Object.entries(answers).reduce(
    (sum, [code, count]) => sum + (code.startsWith('2') ? count : 0),
    0,
  );
  const quantile = (q: number) => durations[Math.ceil(q * durations.length) - 1] ?? 0;
  return { answers, perSecond: good / seconds, p50: quantile(0.5), p99: quantile(0.99) };
}

/** Sends one request over a connection of its own; answers the status. The client must cost less than any server. */
function exchange(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (finish: () => void) => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      finish();
    };
    const onError = (error: Error) => settle(() => reject(error));
    const onClose = () => settle(() => reject(new Error('the connection was closed')));
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (isComplete(text)) settle(() => resolve(Number(text.slice(9, 12))));
    };
    socket.on('data', onData).on('error', onError).on('close', onClose);
    socket.write(request);
  });
}

function isComplete(text: string): boolean {
  const headersEnd = text.indexOf('\r\n\r\n');
  if (headersEnd === -1) return false;
  const head = text.slice(0, headersEnd).toLowerCase();
  if (head.includes('transfer-encoding: chunked')) return text.endsWith('0\r\n\r\n');
  const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
  return text.length >= headersEnd + 4 + length;
}
