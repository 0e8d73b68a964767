import { readdirSync, readFileSync } from 'node:fs';
import { Deliveries } from './body.ts';
import { load } from './load.ts';
import { Peer, type PeerName } from './peers.ts';
const names = (process.argv[2] ?? 'checkmend (SQLite)').split(',') as PeerName[];
const rounds = Number(process.argv[3] ?? 2), seconds = Number(process.argv[4] ?? 6);
const threads = (pid: number) => { const m = new Map<string, number>(); for (const t of readdirSync(`/proc/${pid}/task`)) { try { const f = readFileSync(`/proc/${pid}/task/${t}/stat`, 'utf8'); const p = f.slice(f.lastIndexOf(')') + 2).split(' '); m.set(`${f.slice(f.indexOf('(') + 1, f.lastIndexOf(')'))}/${t}`, (Number(p[11]) + Number(p[12])) * 10); } catch {} } return m; };
const io = (pid: number) => { const t = readFileSync(`/proc/${pid}/io`, 'utf8'); return { w: Number(/wchar: (\d+)/.exec(t)?.[1]), b: Number(/^write_bytes: (\d+)/m.exec(t)?.[1]) }; };
for (let r = 0; r < rounds; r++) for (const name of names) {
  await using peer = await Peer.start(name);
  const deliveries = new Deliveries(peer.url, peer.secret); deliveries.prepare(5000 * (seconds + 2));
  await load({ url: peer.url, deliveries, connections: 50, durationMs: 2000 });
  const a = threads(peer.pid), i0 = io(peer.pid), c0 = process.cpuUsage();
  const res = await load({ url: peer.url, deliveries, connections: 50, durationMs: seconds * 1000 });
  const b = threads(peer.pid), i1 = io(peer.pid), u = process.cpuUsage(c0);
  const n = res.perSecond * seconds;
  const agg = new Map<string, number>();
  let k = 0;
  for (const [t, v] of b) { const d = v - (a.get(t) ?? 0); const nm = t.split('/')[0]!; const key = nm === 'MainThread' || nm === 'node' ? 'main' : nm; agg.set(key, (agg.get(key) ?? 0) + d); k++; }
  console.log(name, Math.round(res.perSecond), '/s p50', res.p50.toFixed(1), 'p99', res.p99.toFixed(1), [...agg].map(([t, v]) => `${t} ${(v / n).toFixed(3)}`).join(' '), 'load', ((u.user + u.system) / 1000 / n).toFixed(3), 'wchar', Math.round((i1.w - i0.w) / n), 'wbytes', Math.round((i1.b - i0.b) / n));
}
