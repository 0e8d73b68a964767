/**
 * The words that go before a program so that it heeds what files permit, which root need not: none for other
 * users. It stays the user's own process otherwise, and reads this project wherever it lies.
 *
 * As root it needs `setpriv`, which every Debian has (util-linux).
 */
export const HEEDING_PERMISSIONS: readonly string[] =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'] : [];
