/** A text with each digit that a number may begin with: `.py:` alone is in every line of a verbose test runner too. */
export function beforeNumber(text: string): string[] {
  return Array.from('123456789', (digit) => text + digit);
}
