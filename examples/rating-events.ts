import type { EventBus } from 'checkmend';

/** What this program tells of: event names and their payloads. */
export interface RatingEvents {
  'rating.saved': { pullRequest: string; score: number };
  'rating.refused': { pullRequest: string; reason: string };
}

/** Has a line written for every rating, and the first refusal shown to somebody. Answers the unsubscriber. */
export function followRatings(bus: EventBus<RatingEvents>, tell: (line: string) => void): () => void {
  bus.once('rating.refused', ({ reason }) => tell(`the first refusal: ${reason}`));
  return bus.subscribe('rating.*', ({ pullRequest }, name) => tell(`${name}: ${pullRequest}`));
}

/** Publishes a rating; a subscriber that fails takes nothing from the others, and is told of here. */
export async function announce(bus: EventBus<RatingEvents>, pullRequest: string, score: number) {
  const { errors } = await bus.publish('rating.saved', { pullRequest, score });
  for (const error of errors) console.error(error);
}
