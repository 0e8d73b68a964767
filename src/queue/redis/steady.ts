/** Milliseconds that never step back and mean the same in every thread of the process (`performance.now` does not). */
export function steadyMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
