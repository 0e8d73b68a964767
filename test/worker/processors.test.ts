import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../../src/logger.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import {
  EventWorker,
  MessageHandlers,
  type MessageProcessor,
  ProcessorChain,
  ProcessorWorker,
  type WorkerContext,
} from '../../src/worker/index.ts';
import { Bench, message } from './support.ts';

describe('who works on a message', () => {
  let bench: Bench;
  let took: string[];
  let lines: string[];

  beforeEach(() => {
    bench = new Bench();
    took = [];
    lines = [];
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  const options = () =>
    bench.options({ logger: createLogger({ destination: { write: (line) => void lines.push(line) } }) });

  /** Takes messages whose type begins with `prefix`. */
  const link = (name: string, prefix: string): MessageProcessor => ({
    canProcess: ({ type }) => type.startsWith(prefix),
    process: ({ id }) => {
      took.push(`${name} ${id}`);
      return true;
    },
  });

  async function run(processor: MessageProcessor, ...messages: WorkerMessage[]): Promise<void> {
    bench.own(new ProcessorWorker({ ...options(), concurrency: 9 }, processor)).start();
    await bench.send(...messages);
    await bench.clock.advance(1);
  }

  describe('a chain', () => {
    it('gives a message to the first that takes it, in the order in which they were added', async () => {
      const chain = new ProcessorChain(link('one', 'x.'), link('two', '')).use(link('three', ''));
      await run(chain, message('a', { type: 'x.y' }), message('b'));
      expect(took).toEqual(['one a', 'two b']);
      expect(await bench.stats()).toMatchObject({ ready: 0, inFlight: 0, dead: 0 });
    });

    it('may be a link, and takes what one of its links takes', async () => {
      const inner = new ProcessorChain(link('x', 'x.')).use(link('y', 'y.'));
      expect(inner.canProcess(message('a', { type: 'y.z' }))).toBe(true);
      expect(inner.canProcess(message('a'))).toBe(false);
      expect(new ProcessorChain().canProcess(message('a'))).toBe(false);
      const chain = new ProcessorChain(inner, link('rest', ''));
      await run(chain, message('a', { type: 'y.z' }), message('b'));
      expect(took).toEqual(['y a', 'rest b']);
    });

    it('that nobody takes from ends in the dead letters, with a warning', async () => {
      await run(new ProcessorChain(link('x', 'x.')), message('a'), message('b', { correlationId: 'guid' }));
      expect(await bench.letters()).toMatchObject([
        { id: 'a', error: { type: 'unknown_type', message: 'no handler for message type greet' } },
        { id: 'b' },
      ]);
      const correlated = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);
      expect(correlated).toContainEqual(expect.objectContaining({ messageId: 'a', correlationId: null }));
      expect(correlated).toContainEqual(expect.objectContaining({ messageId: 'b', correlationId: 'guid' }));
      expect(lines.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ level: 40, messageId: 'a', messageType: 'greet', worker: 'w' }),
      );
    });
  });

  it('a single processor is asked first, too', async () => {
    await run(link('x', 'x.'), message('a', { type: 'x.y' }), message('b'));
    expect(took).toEqual(['x a']);
    expect((await bench.letters()).map(({ id }) => id)).toEqual(['b']);
  });

  describe('handlers by type', () => {
    type Messages = { greet: { name: string }; leave: object };
    const schema = z.object({ name: z.string().default('nobody') });

    it('have one each, and refuse a second', () => {
      const handlers = new MessageHandlers<Messages>().register('greet', () => true);
      expect(() => handlers.register('greet', () => true)).toThrow('there is a handler for greet already');
      const worker = new EventWorker<Messages>(options()).registerHandler('leave', () => true);
      expect(() => worker.registerHandler('leave', () => true)).toThrow('leave');
    });

    it('are a link of a chain', async () => {
      const handlers = new MessageHandlers<Messages>().register('greet', ({ payload }) => {
        took.push(`greeted ${payload.name}`);
        return true;
      });
      expect(handlers.canProcess(message('a'))).toBe(true);
      expect(handlers.canProcess(message('a', { type: 'leave' }))).toBe(false);
      const chain = new ProcessorChain(handlers, link('rest', ''));
      await run(chain, message('a', { payload: { name: 'ada' } }), message('b', { type: 'leave' }));
      expect(took).toEqual(['greeted ada', 'rest b']);
    });

    it('get a payload as its schema reads it', async () => {
      const worker = bench.own(new EventWorker<Messages>(options()));
      worker.registerHandler(
        'greet',
        ({ id, payload }, { attempt }) => {
          took.push(`${id} ${payload.name} ${attempt}`);
          return true;
        },
        { schema },
      );
      worker.start();
      await bench.send(message('a'));
      await bench.clock.advance(1);
      expect(took).toEqual(['a nobody 1']);
    });

    it('never see a payload that does not fit: it is a dead letter that names the field', async () => {
      const worker = bench.own(new EventWorker<Messages>(options()));
      worker.registerHandler('greet', () => took.push('called') > 0, { schema }).start();
      await bench.send(message('a', { payload: { name: 7 } }));
      await bench.clock.advance(1);
      expect(took).toEqual([]);
      expect(await bench.letters()).toMatchObject([
        {
          id: 'a',
          attempts: 1,
          error: { type: 'invalid', message: expect.stringMatching(/^payload\.name: /) },
        },
      ]);
    });

    it('without one for a type, it is a dead letter with a warning', async () => {
      const context = { logger: createLogger({ destination: { write: (line) => void lines.push(line) } }) };
      const outcome = await new MessageHandlers().process(message('a'), context as WorkerContext);
      expect(outcome).toMatchObject({ kind: 'dead', error: { code: 'unknown_type' } });
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40 });
    });
  });
});
