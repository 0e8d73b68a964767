/** Probot with an empty handler. Nothing is kept. */
import { Probot, Server } from 'probot';

const options = {
  appId: process.env.APP_ID ?? '',
  privateKey: process.env.PRIVATE_KEY ?? '',
  secret: process.env.WEBHOOK_SECRET ?? '',
  logLevel: 'warn',
} as const;
const server = new Server({
  Probot: Probot.defaults(options),
  log: new Probot(options).log,
  port: Number(process.env.PORT),
  host: '127.0.0.1',
});
await server.load((app) => {
  app.on('check_run', () => {});
});
await server.start();
