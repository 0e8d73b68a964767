import type { WriteStream } from 'node:tty';

const WIDTH = 30;

/** A progress bar on a terminal; on anything else only the notes are written. */
export class ProgressBar {
  readonly #stream: WriteStream;
  readonly #total: number;
  #done = 0;

  /** @param total how many steps there are, >= 0 */
  constructor(stream: WriteStream, total: number) {
    this.#stream = stream;
    this.#total = total;
    this.#draw();
  }

  advance(): void {
    this.#done += 1;
    this.#draw();
  }

  /** Prints a line above the bar. */
  note(line: string): void {
    this.#stream.write(`${this.#stream.isTTY ? '\r\x1b[2K' : ''}${line}\n`);
    this.#draw();
  }

  /** Removes the bar. */
  end(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[2K');
  }

  #draw(): void {
    if (!this.#stream.isTTY) return;
    const part = this.#total === 0 ? 1 : this.#done / this.#total;
    const filled = Math.round(part * WIDTH);
    this.#stream.write(
      `\r\x1b[2K${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${this.#done}/${this.#total}`,
    );
  }
}
