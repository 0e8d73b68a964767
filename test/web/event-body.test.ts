import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { EVENT_SHAPES } from '../../src/events/payloads.ts';
import { readEventBody } from '../../src/web/event-body.ts';

type Body = { action?: string; installation?: object };
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as {
  name: string;
  examples: Body[];
}[];

const read = (event: string, body: unknown) => readEventBody(event, Buffer.from(JSON.stringify(body)));
const fits = (event: string, body: unknown) => !('problem' in read(event, body));

/** The signature covers the body only, so the name that it comes under must be the one that it was made for. */
describe('a body', () => {
  it.each(Object.keys(EVENT_SHAPES))('of another event does not fit the name %s', (event) => {
    const passing = examples.flatMap(({ name, examples: bodies }) =>
      bodies.filter((body) => fits(event, body)).map(() => name),
    );
    expect(new Set(passing)).toEqual(new Set([event]));
    const own = examples.find(({ name }) => name === event)?.examples;
    expect(passing).toHaveLength(own?.length ?? 0);
  });

  it('that was deleted somewhere else does not remove an installation', () => {
    const deleted = { action: 'deleted', installation: { id: 1, node_id: 'MDQ=' } };
    expect(fits('installation', deleted)).toBe(false);
    expect(fits('installation', { ...deleted, installation: { id: 1, account: null } })).toBe(true);
  });

  it('of an event that nobody knows only has to be an object', () => {
    expect(read('brand_new', { action: 'made', installation: { id: 1 }, repository: { id: '2' } })).toEqual({
      payload: expect.any(Object),
      action: 'made',
      installationId: '1',
      repositoryId: '2',
    });
    expect(fits('brand_new', [])).toBe(false);
    for (const name of ['constructor', 'hasownproperty', '__proto__']) expect(fits(name, {})).toBe(true);
  });

  it.each(['{"id":-1}', '{"id":1.5}', '{"id":"x"}', '{"id":1e30}', '{}', '[]', 'null', '"text"'])(
    'whose installation is %s names none',
    (installation) => {
      const body = { installation: JSON.parse(installation) as unknown };
      expect(read('brand_new', body)).toMatchObject({ installationId: null });
    },
  );

  it('with the names of prototypes changes nothing but itself', () => {
    const text = '{"zen":"z","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    expect(readEventBody('ping', Buffer.from(text))).toMatchObject({ action: null });
    expect({}).not.toHaveProperty('polluted');
  });

  it('nested a million levels deep is read, or refused, without harm', () => {
    const deep = Buffer.from(`{"zen":"z","a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`);
    expect(readEventBody('ping', deep)).toBeTypeOf('object');
  });
});
