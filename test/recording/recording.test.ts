import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatRecording, parseRecording, type Recording } from '../../src/recording/recording.ts';
import { replayOne } from '../../src/recording/replay.ts';

const recording: Recording = {
  headers: {
    'x-github-event': 'ping',
    'x-github-delivery': '17',
    host: 'old.example',
    'x-hub-signature-256': 'sha256=old',
  },
  body: Buffer.from([0x7b, 0x7d, 0x0d, 0x0a, 0x0a, 0xff, 0x00]),
};

describe('a recording file', () => {
  it('keeps the body byte for byte', () => {
    expect(parseRecording(formatRecording(recording))).toEqual(recording);
  });

  it('may have CRLF lines and any case of header names', () => {
    const parsed = parseRecording(
      Buffer.from('X-GitHub-Event: ping\r\nContent-Type:application/json\r\n\r\n{}'),
    );
    expect(parsed).toEqual({
      headers: { 'x-github-event': 'ping', 'content-type': 'application/json' },
      body: Buffer.from('{}'),
    });
  });

  it.each([
    ['x-github-event: ping', 'line 1: the headers do not end'],
    ['x-github-event: ping\nno header\n\n', 'line 2: is not a header'],
    ['content-type: application/json\n\n{}', 'x-github-event: the header is missing'],
  ])('says where it is wrong: %j', (text, message) => {
    expect(() => parseRecording(Buffer.from(text))).toThrow(message);
  });
});

describe('replaying a recording', () => {
  const secret = randomBytes(16).toString('hex');
  const seen: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
  let server: Server;
  let answer: { status: number; body: string };
  let url: string;

  beforeEach(async () => {
    seen.length = 0;
    server = createServer(async (request, response) => {
      seen.push({ headers: request.headers, body: Buffer.concat(await request.toArray()) });
      response.writeHead(answer.status).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('signs the raw bytes afresh and gives a fresh delivery id', async () => {
    answer = { status: 202, body: '{"status":"accepted"}' };
    expect(await replayOne(recording, { url, secret })).toMatchObject({ outcome: 'accepted', status: 202 });
    const [request] = seen;
    expect(request?.body).toEqual(recording.body);
    expect(request?.headers['x-hub-signature-256']).toBe(
      `sha256=${createHmac('sha256', secret).update(recording.body).digest('hex')}`,
    );
    expect(request?.headers['x-github-delivery']).toMatch(/^[0-9a-f-]{36}$/);
    expect(request?.headers.host).not.toBe('old.example');
  });

  it('keeps the recorded id when asked, and tells a duplicate from an acceptance', async () => {
    answer = { status: 202, body: '{"status":"duplicate"}' };
    expect(await replayOne(recording, { url, secret, keepId: true })).toMatchObject({ outcome: 'duplicate' });
    expect(seen[0]?.headers['x-github-delivery']).toBe('17');
  });

  it('reports a refusal, an answer that is no JSON, and no answer at all', async () => {
    answer = { status: 401, body: '{"status":"refused","error":"signature"}' };
    expect(await replayOne(recording, { url, secret })).toMatchObject({
      outcome: 'refused',
      status: 401,
      note: 'signature',
    });
    answer = { status: 502, body: 'Bad gateway' };
    expect(await replayOne(recording, { url, secret })).toMatchObject({
      outcome: 'refused',
      note: 'Bad gateway',
    });
    const nobody = url.replace(/:\d+/, ':1');
    expect(await replayOne(recording, { url: nobody, secret })).toMatchObject({
      outcome: 'failed',
      status: 0,
    });
  });
});
