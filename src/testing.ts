/**
 * What helps to test a worker without sleeping: an injected clock.
 * @packageDocumentation
 */
export { ManualClock } from './manual-clock.ts';
