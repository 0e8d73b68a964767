/** The least that a webhook receiver does: HMAC and `JSON.parse`. Nothing is kept. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const secret = process.env.WEBHOOK_SECRET ?? '';

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
    const given = Buffer.from(String(request.headers['x-hub-signature-256']));
    const isSigned = given.length === expected.length && timingSafeEqual(given, expected);
    if (isSigned) JSON.parse(body.toString('utf8'));
    response.writeHead(isSigned ? 202 : 401).end('ok');
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
