type Random = () => number;
type Place = { holder: Record<string, unknown> | unknown[]; key: string };

/** Values that somebody did not expect somewhere. */
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  2 ** 53 + 2,
  1.5,
  '',
  ' ',
  'a'.repeat(5000),
  "'; DROP TABLE deliveries; --",
  '\u0000',
  '\ud800',
  '\u202e\u001b[2J',
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '$' + '{7*7}',
  '9'.repeat(400),
  {},
  [],
  { toString: null, valueOf: 'x', length: -1 },
  JSON.parse('{"then":"not a promise"}'),
  Array.from({ length: 300 }, (_, index) => index),
];

/** Text that is put before the first key of an object. */
const KEYS = [
  '"__proto__":{"polluted":true,"action":"deleted"},',
  '"constructor":{"prototype":{"polluted":true}},',
  '"prototype":{"polluted":true},',
  '"action":"created","action":"deleted",',
  '"toString":1,"hasOwnProperty":null,',
];

/** The same body, not as anybody would send it. Ids of installations and repositories are always others. */
export function mutate(body: Buffer, random: Random): Buffer {
  const payload = foreign(JSON.parse(body.toString('utf8')) as Record<string, unknown>, random);
  const kind = random();
  if (kind < 0.55) return fuzzed(payload, random);
  const text = JSON.stringify(payload);
  if (kind < 0.75) return Buffer.from(`{${KEYS[Math.floor(random() * KEYS.length)]}${text.slice(1)}`);
  return damaged(text, random);
}

/** Whatever it says is about nothing that anybody knows. */
function foreign(payload: Record<string, unknown>, random: Random): Record<string, unknown> {
  const changed = structuredClone(payload);
  for (const key of ['installation', 'repository']) {
    const value = changed[key];
    if (isRecord(value)) value.id = 100_000 + Math.floor(random() * 1000);
  }
  for (const key of ['repositories', 'repositories_added', 'repositories_removed']) {
    const list = changed[key];
    if (Array.isArray(list))
      for (const it of list) if (isRecord(it)) it.id = 100_000 + Math.floor(random() * 1000);
  }
  return changed;
}

function fuzzed(payload: Record<string, unknown>, random: Random): Buffer {
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const places: Place[] = [];
    collect(payload, places, 0);
    const place = places[Math.floor(random() * places.length)];
    if (!place) break;
    const { holder, key } = place;
    if (random() < 0.2) delete (holder as Record<string, unknown>)[key];
    else
      (holder as Record<string, unknown>)[key] = structuredClone(
        VALUES[Math.floor(random() * VALUES.length)],
      );
  }
  return Buffer.from(JSON.stringify(payload));
}

function collect(value: unknown, places: Place[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 6) return;
  for (const [key, inner] of Object.entries(value)) {
    places.push({ holder: value as Place['holder'], key });
    collect(inner, places, depth + 1);
  }
}

function damaged(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text);
  const at = Math.floor(random() * bytes.length);
  const depth = 1000 + Math.floor(random() * 50_000);
  const damages: (() => Buffer)[] = [
    () => bytes.subarray(0, at),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff, 0xc0, 0x80]), bytes.subarray(at)]),
    () => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`),
    () => Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
    () => Buffer.from(`{"x":${'['.repeat(depth)}${']'.repeat(depth)},${text.slice(1)}`),
    () => Buffer.from(`${text}${text}`),
    () => Buffer.from('null'),
    () => Buffer.from('"text"'),
    () => Buffer.from('[]'),
    () => Buffer.alloc(0),
    () => Buffer.from(`payload=${encodeURIComponent(text)}`),
    () => Buffer.from(`{"n":1e999999,"m":-0,${text.slice(1)}`),
    () => Buffer.from(text.replaceAll('"', "'")),
  ];
  return (damages[Math.floor(random() * damages.length)] ?? (() => bytes))();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
