const TICK_MS = 5;
/** Longer ticks mean that the machine had no time for this process. */
const TICK_MOST_MS = 20;

/**
 * Milliseconds since the call, without the time in which the machine did not get round to this process: bounds on
 * it hold on a busy machine too. `elapsedMs` also stops it.
 */
export function startStopwatch(): { elapsedMs(): number } {
  let [last, sum] = [performance.now(), 0];
  const tick = () => {
    const now = performance.now();
    sum += Math.min(now - last, TICK_MOST_MS);
    last = now;
  };
  const timer = setInterval(tick, TICK_MS);
  return {
    elapsedMs() {
      tick();
      clearInterval(timer);
      return sum;
    },
  };
}
