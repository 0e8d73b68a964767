import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { EVENT_SHAPES } from '../../src/events/payloads.ts';
import { AT, EXAMPLES } from './examples.ts';

function shapeOf(event: string): z.ZodType {
  const shape = EVENT_SHAPES[event];
  if (!shape) throw new Error(`there is no shape of ${event}`);
  return shape;
}

/** Every path of a JSON value, those of its containers too. */
function pathsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    key,
    ...pathsOf(child).map((rest) => `${key}.${rest}`),
  ]);
}

/** A copy with something else at a path; `undefined` takes it out. */
function changed(body: object, path: string, value?: unknown): object {
  const copy = structuredClone(body);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<Record<string, unknown>>(
    (place, key) => place[key] as Record<string, unknown>,
    copy as Record<string, unknown>,
  );
  if (value === undefined && !Array.isArray(holder)) delete holder[last];
  else holder[last] = value;
  return copy;
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((place, key) => (place as Record<string, unknown>)[key], value);
}

/** Where a body does not fit. */
function problems(event: string, body: object): string[] {
  const { error } = shapeOf(event).safeParse(body);
  return error?.issues.map(({ path }) => path.join('.')) ?? [];
}

describe('the shapes of events', () => {
  it('are there for each event that is handled', () => {
    expect(Object.keys(EVENT_SHAPES).sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  describe.each(Object.entries(EXAMPLES))('of %s', (event, { body, reads, optional }) => {
    it('are read with ids as text and times as milliseconds, and without what is unknown', () => {
      expect(shapeOf(event).parse({ ...body, surplus: { login: 'ada' } })).toEqual(reads);
    });

    const paths = pathsOf(body);

    it.each(paths.filter((path) => !(path in optional)))('need %s, and say so', (path) => {
      expect(problems(event, changed(body, path))).toEqual([path]);
    });

    it.each(Object.entries(optional))('may be without %s', (path, otherwise) => {
      const parsed = shapeOf(event).parse(changed(body, path));
      const place = path.startsWith('installation.account.') ? 'installation.account' : path;
      expect(valueAt(parsed, place)).toEqual(otherwise);
    });
  });

  it.each([
    ['pull_request', 'action', ''],
    ['pull_request', 'pull_request.id', -1],
    ['pull_request', 'pull_request.id', 1.5],
    ['pull_request', 'pull_request.id', '12a'],
    ['pull_request', 'pull_request.id', 'a12'],
    ['pull_request', 'pull_request.id', ''],
    ['pull_request', 'pull_request.id', '1'.repeat(21)],
    ['pull_request', 'pull_request.number', 0],
    ['pull_request', 'pull_request.updated_at', 'yesterday'],
    ['pull_request', 'pull_request.updated_at', '1969-12-31T23:59:59Z'],
    ['pull_request', 'pull_request.head.sha', 'a'.repeat(39)],
    ['pull_request', 'pull_request.head.sha', 'a'.repeat(65)],
    ['pull_request', 'pull_request.head.sha', 'G'.repeat(40)],
    ['pull_request', 'repository.name', ''],
    ['pull_request', 'repository.owner.login', ''],
    ['check_run', 'check_run.pull_requests.0.number', 0],
    ['check_run', 'check_run.output.text', 7],
    ['check_run', 'requested_action.identifier', 7],
    ['check_run', 'sender.login', ''],
    ['issue_comment', 'issue.number', 0],
    ['issue_comment', 'comment.user.login', ''],
  ])('of %s refuse %s = %j', (event, path, value) => {
    const body = EXAMPLES[event]?.body ?? {};
    expect(problems(event, changed(body, path, value))).toEqual([path]);
  });

  it.each([
    ['pull_request.id', '18446744073709551615', '18446744073709551615'],
    ['pull_request.id', 0, '0'],
    ['pull_request.updated_at', '2026-01-01T01:00:05+01:00', AT],
    ['pull_request.updated_at', '1970-01-01T00:00:00Z', 0],
    ['pull_request.head.sha', 'f'.repeat(64), 'f'.repeat(64)],
  ])('of pull_request take %s = %j', (path, value, reading) => {
    const body = EXAMPLES.pull_request?.body ?? {};
    expect(valueAt(shapeOf('pull_request').parse(changed(body, path, value)), path)).toBe(reading);
  });

  it('take null for what is absent, but for what was never there', () => {
    const body = EXAMPLES.check_run?.body ?? {};
    const nulls = ['conclusion', 'started_at', 'completed_at', 'output', 'app', 'pull_requests'];
    for (const field of ['requested_action', 'sender']) {
      expect(problems('check_run', changed(body, field, null))).toEqual([]);
    }
    for (const field of nulls) {
      expect(problems('check_run', changed(body, `check_run.${field}`, null))).toEqual([]);
    }
    expect(problems('check_run', changed(body, 'installation', null))).toEqual(['installation']);
  });

  it('name an account by its login first', () => {
    const both = changed(EXAMPLES.installation?.body ?? {}, 'installation.account.slug', 'other');
    expect(valueAt(shapeOf('installation').parse(both), 'installation.account')).toBe('acme');
  });
});
