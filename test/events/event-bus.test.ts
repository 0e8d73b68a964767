import { describe, expect, it } from 'vitest';
import { EventBus } from '../../src/events/index.ts';

type Events = {
  'check_run.created': number;
  'check_run.completed': number;
  'check_run.x': number;
  check_run: number;
  ping: string;
};

describe('EventBus', () => {
  it('waits for all subscribers, keeps errors apart, and returns both', async () => {
    const bus = new EventBus<Events>();
    const order: string[] = [];
    bus.subscribe('ping', async (text) => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('slow');
      return text.length;
    });
    bus.subscribe('ping', () => {
      throw new Error('broken');
    });
    bus.subscribe('ping', () => Promise.reject('no error object'));
    bus.subscribe('ping', () => void order.push('fast'));
    const { results, errors } = await bus.publish('ping', 'four');
    expect(order).toEqual(['fast', 'slow']);
    expect(results).toEqual([4, undefined]);
    expect(errors.map((error) => error.message)).toEqual(['broken', 'no error object']);
  });

  it('knows families and everything', async () => {
    const bus = new EventBus<Events>();
    const seen: string[] = [];
    bus.subscribe('check_run.*', (_, name) => void seen.push(`family ${name}`));
    bus.subscribe('*', (_, name) => void seen.push(`all ${name}`));
    bus.subscribe('check_run.created', (_, name) => void seen.push(`one ${name}`));
    await bus.publish('check_run.created', 1);
    await bus.publish('check_run', 1);
    await bus.publish('ping', '');
    expect(seen).toEqual([
      'family check_run.created',
      'all check_run.created',
      'one check_run.created',
      'family check_run',
      'all check_run',
      'all ping',
    ]);
  });

  it('knows one event by its whole name only', async () => {
    const bus = new EventBus<Events>();
    const seen: string[] = [];
    bus.subscribe('check_run.x', (_, name) => void seen.push(name));
    bus.subscribe('check_run', (_, name) => void seen.push(name));
    await bus.publish('check_run.created', 1);
    expect(seen).toEqual([]);
    await bus.publish('check_run.x', 1);
    await bus.publish('check_run', 1);
    expect(seen).toEqual(['check_run.x', 'check_run']);
  });

  it('ends by name the subscriptions of one subscriber to one pattern, and no other', async () => {
    const bus = new EventBus<Events>();
    const seen: string[] = [];
    const [first, second] = [() => void seen.push('first'), () => void seen.push('second')];
    bus.subscribe('ping', first);
    bus.subscribe('ping', second);
    bus.subscribe('check_run', first);
    expect(bus.unsubscribe('ping', first)).toBe(true);
    await bus.publish('ping', '');
    await bus.publish('check_run', 1);
    expect(seen).toEqual(['second', 'first']);
    expect(bus.unsubscribe('check_run.*', first)).toBe(false);
    expect(bus.size).toBe(2);
  });

  it('ends subscriptions: by the answer, by name, and after once', async () => {
    const bus = new EventBus<Events>();
    let calls = 0;
    const count = () => void calls++;
    const end = bus.subscribe('ping', count);
    bus.once('ping', count);
    bus.subscribe('check_run.*', count);
    await bus.publish('ping', '');
    await bus.publish('ping', '');
    expect(calls).toBe(3);
    end();
    end();
    expect(bus.unsubscribe('check_run.*', count)).toBe(true);
    expect(bus.unsubscribe('check_run.*', count)).toBe(false);
    await bus.publish('ping', '');
    await bus.publish('check_run.created', 1);
    expect([calls, bus.size]).toEqual([3, 0]);
  });

  it('calls a subscriber once for one event, also when it publishes the same again', async () => {
    const bus = new EventBus<Events>();
    let calls = 0;
    bus.once('ping', async () => {
      calls += 1;
      await bus.publish('ping', '');
    });
    await bus.publish('ping', '');
    expect(calls).toBe(1);
  });

  it('has no subscribers to wait for', async () => {
    expect(await new EventBus<Events>().publish('ping', '')).toEqual({ results: [], errors: [] });
  });
});
