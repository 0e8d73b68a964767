const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as `0s`, `90s`, `5m` or `1h`; null if it is none. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,6})(s|m|h)$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  return match && unit !== undefined ? Number(match[1]) * unit : null;
}
