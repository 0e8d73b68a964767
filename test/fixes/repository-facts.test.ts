import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RepositoryFacts } from '../../src/fixes/repository-facts.ts';
import { createWorld, type World } from './support/world.ts';

describe('a check run that its siblings share a list with', () => {
  let world: World;
  let facts: RepositoryFacts;
  const read = (id: string) => facts.checkRun(world.github.repository(), world.head, id);
  const asked = () => world.github.calls.filter((call) => call === 'listCheckRuns' || call === 'getCheckRun');

  beforeEach(async () => {
    world = await createWorld();
    facts = new RepositoryFacts(world.github, world.clock);
    for (const id of ['1', '2', '3']) {
      world.failedCheck(`check ${id}`, { id, status: 'in_progress', conclusion: null });
    }
  });
  afterEach(() => world.close());

  function end(id: string): void {
    world.failedCheck(`check ${id}`, { id });
  }

  test('is read from it', async () => {
    for (const id of ['1', '2', '3']) end(id);
    for (const id of ['1', '2', '3']) expect(await read(id)).toMatchObject({ id, conclusion: 'failure' });
    expect(asked()).toEqual(['listCheckRuns']);
  });

  test('is read by itself where the list was read just now, and is behind', async () => {
    end('1');
    await read('1');
    end('2');
    expect(await read('2')).toMatchObject({ id: '2', conclusion: 'failure' });
    expect(asked()).toEqual(['listCheckRuns', 'getCheckRun']);
  });

  test('has the list read again for all that ended since', async () => {
    end('1');
    await read('1');
    await world.clock.advance(1001);
    end('2');
    end('3');
    const both = await Promise.all([read('2'), read('3')]);
    expect(both).toMatchObject([{ conclusion: 'failure' }, { conclusion: 'failure' }]);
    expect(asked()).toEqual(['listCheckRuns', 'listCheckRuns']);
  });
});
