import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ValidationError } from '../../src/errors.ts';
import { isPlainlyWire, wireEnvelope } from '../../src/messages/envelope.ts';
import { MessageSerializer, type WorkerMessage } from '../../src/messages/index.ts';
import { validationErrorOf } from '../../src/messages/message-serializer.ts';

const serializer = new MessageSerializer();
const message: WorkerMessage = {
  id: 'check_analysis_55',
  type: 'analyze_check_failure',
  payload: { check_run_id: '55', nested: { list: [1, null, 'x'] } },
  priority: 2,
  retryCount: 1,
  maxRetries: 3,
  timestamp: 1_767_225_600_000,
  schemaVersion: 1,
  correlationId: 'guid',
  groupKey: '9:abc',
  expiresAt: 1_767_312_000_000,
};

const wire = (changes: object) =>
  JSON.stringify({ ...JSON.parse(serializer.serialize(message)), ...changes });

function pathOf(text: string): string {
  try {
    serializer.deserialize(text);
  } catch (thrown) {
    if (thrown instanceof ValidationError) return thrown.path;
    throw thrown;
  }
  return 'accepted';
}

describe('MessageSerializer', () => {
  it('writes snake_case, and the payload as it is', () => {
    expect(JSON.parse(serializer.serialize(message))).toEqual({
      id: 'check_analysis_55',
      type: 'analyze_check_failure',
      payload: { check_run_id: '55', nested: { list: [1, null, 'x'] } },
      priority: 2,
      retry_count: 1,
      max_retries: 3,
      timestamp: 1_767_225_600_000,
      schema_version: 1,
      correlation_id: 'guid',
      group_key: '9:abc',
      expires_at: 1_767_312_000_000,
    });
  });

  it('leaves out what is not set', () => {
    const { correlationId: _, groupKey: __, expiresAt: ___, ...least } = message;
    const text = serializer.serialize(least);
    expect(Object.keys(JSON.parse(text))).not.toContain('group_key');
    expect(serializer.deserialize(text)).toStrictEqual(least);
  });

  it('gives back what it was given, also as bytes', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.jsonValue(),
        ),
        fc.integer({ min: 0, max: 1023 }),
        (payload, priority) => {
          // JSON has no minus zero.
          const given = { ...message, payload: JSON.parse(JSON.stringify(payload)), priority };
          expect(serializer.deserialize(Buffer.from(serializer.serialize(given)))).toEqual(given);
        },
      ),
    );
  });

  it.each([
    [{ id: '' }, 'id'],
    [{ type: 7 }, 'type'],
    [{ payload: [] }, 'payload'],
    [{ priority: 1024 }, 'priority'],
    [{ priority: 1.5 }, 'priority'],
    [{ retry_count: -1 }, 'retry_count'],
    [{ max_retries: null }, 'max_retries'],
    [{ timestamp: 'now' }, 'timestamp'],
    [{ group_key: '' }, 'group_key'],
    [{ expires_at: -1 }, 'expires_at'],
    [{ schema_version: 2 }, 'schema_version'],
    [{ schema_version: -1 }, 'schema_version'],
    [{ priority: -1 }, 'priority'],
    [{ max_retries: -1 }, 'max_retries'],
    [{ max_retries: 1001 }, 'max_retries'],
    [{ timestamp: -1 }, 'timestamp'],
    [{ type: '' }, 'type'],
  ])('rejects %j and names the field', (changes, path) => expect(pathOf(wire(changes))).toBe(path));

  it.each([
    ['id', 512],
    ['type', 128],
    ['correlation_id', 256],
    ['group_key', 512],
  ])('takes a %s of up to %d characters', (field, most) => {
    expect(pathOf(wire({ [field]: 'x'.repeat(most) }))).toBe('accepted');
    expect(pathOf(wire({ [field]: 'x'.repeat(most + 1) }))).toBe(field);
  });

  it('takes the ends of its ranges', () => {
    const least = {
      priority: 0,
      retry_count: 0,
      max_retries: 0,
      timestamp: 0,
      expires_at: 0,
      schema_version: 0,
    };
    expect(pathOf(wire(least))).toBe('accepted');
    expect(pathOf(wire({ priority: 1023, max_retries: 1000 }))).toBe('accepted');
    expect(pathOf(wire({ correlation_id: '', id: 'x', type: 'y', group_key: 'z' }))).toBe('accepted');
  });

  it('rejects what is no JSON object', () => {
    expect(pathOf('null')).toBe('');
    expect(() => serializer.deserialize('{')).toThrow(
      expect.objectContaining({
        path: '',
        message: expect.stringMatching(/not JSON: ./),
        cause: expect.any(SyntaxError),
      }),
    );
  });

  it('says which versions it reads', () => {
    expect(() => serializer.deserialize(wire({ schema_version: 2 }))).toThrow('this build reads 0..1');
    expect(() => serializer.deserialize(wire({ schema_version: -1 }))).toThrow('this build reads 0..1');
  });

  it('writes its own version unless told otherwise', () => {
    const { schemaVersion: _, ...unversioned } = message;
    expect(JSON.parse(serializer.serialize(unversioned))).toHaveProperty('schema_version', 1);
    expect(JSON.parse(serializer.serialize({ ...message, schemaVersion: 0 }))).toHaveProperty(
      'schema_version',
      0,
    );
  });

  it('reads any bytes, as UTF-8', () => {
    const given = { ...message, payload: { name: 'Žofie 🦊' } };
    expect(serializer.deserialize(new TextEncoder().encode(serializer.serialize(given)))).toEqual(given);
  });

  it('tells why a field does not fit, with the error of the schema', () => {
    const error = validationErrorOf(
      new z.ZodError([{ code: 'custom', path: ['list', 0], message: 'odd', input: 1 }]),
    );
    expect(error).toMatchObject({ path: 'list.0', cause: expect.any(z.ZodError) });
    expect(error.message).toContain('odd');
    expect(
      validationErrorOf(
        new z.ZodError([{ code: 'custom', path: ['a'], message: 'odd', input: 1 }]),
        'payload',
      ).path,
    ).toBe('payload.a');
    expect(validationErrorOf(new z.ZodError([]))).toMatchObject({
      path: '',
      message: expect.stringContaining('invalid'),
    });
  });

  it('reads one version back: a text without a version', () => {
    const { schema_version: _, ...old } = JSON.parse(serializer.serialize(message));
    expect(serializer.deserialize(JSON.stringify(old))).toEqual(message);
  });

  it('drops a key that would be a prototype', () => {
    const text = serializer.serialize(message).replace('"nested"', '"__proto__"');
    const { payload } = serializer.deserialize(text);
    expect(Object.keys(payload)).toEqual(['check_run_id']);
    expect(Object.getPrototypeOf(payload)).toBe(Object.prototype);
  });

  it('refuses to write what it would not read', () => {
    expect(() => serializer.serialize({ ...message, priority: -1 })).toThrow(ValidationError);
    expect(() => serializer.serialize({ ...message, schemaVersion: 2 })).toThrow(
      expect.objectContaining({ path: 'schema_version' }),
    );
  });
});

describe('the quick look at an envelope', () => {
  const odd = fc.oneof(
    fc.constantFrom(undefined, null, '', 'x', 'x'.repeat(129), 'x'.repeat(257), 'x'.repeat(513), true),
    fc.constantFrom(-1, -0, 0, 1.5, 1000, 1001, 1023, 1024, 2 ** 53 - 1, 2 ** 53, Number.NaN),
    fc.constantFrom([], new Date(0), new Map(), Object.create(null), JSON.parse('{"__proto__":1}')),
    fc.dictionary(fc.string(), fc.jsonValue()),
  );

  it('says yes only where the schema does, and then changes nothing', () => {
    const valid = JSON.parse(serializer.serialize(message)) as Record<string, unknown>;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(valid)), odd, (field, value) => {
        const envelope = { ...valid, [field]: value };
        if (!isPlainlyWire(envelope)) return;
        expect(wireEnvelope.safeParse(envelope)).toEqual({ success: true, data: envelope });
      }),
      { numRuns: 2000 },
    );
    for (const value of [null, undefined, 'x', [], {}]) expect(isPlainlyWire(value)).toBe(false);
  });

  it('says yes to what the service sends: else it would be of no use', () => {
    expect(isPlainlyWire(JSON.parse(serializer.serialize(message)))).toBe(true);
    const { correlationId: _, groupKey: __, expiresAt: ___, ...least } = message;
    expect(isPlainlyWire(JSON.parse(serializer.serialize(least)))).toBe(true);
  });
});
