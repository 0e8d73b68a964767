import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { errorOfToken } from './errors.ts';

/** A token of an installation. */
export interface InstallationToken {
  readonly value: string;
  /** Milliseconds since it was first had here. */
  readonly ageMs: number;
  /** GitHub has taken it before: then a refusal is not for its youth. */
  readonly proven: boolean;
}

/** Mints a token, or answers the one in hand; `refresh` mints in any case. Octokit's own, by installation. */
export type Mint = (installationId: number, refresh: boolean) => Promise<unknown>;

const minted = z.object({ token: z.string().min(1) });

/** The token of one installation: `@octokit/auth-app` mints and keeps it, here its age is known. */
export class InstallationTokens {
  readonly #installationId: string;
  readonly #mint: Mint;
  readonly #clock: Clock;
  #known: { value: string; since: number; proven: boolean } | null = null;

  constructor(installationId: string, mint: Mint, clock: Clock) {
    this.#installationId = installationId;
    this.#mint = mint;
    this.#clock = clock;
  }

  /**
   * @param refresh the token in hand was refused: get another one
   * @throws PermanentError `gone` where the installation is gone, and what a refused request throws
   */
  async get(refresh = false): Promise<InstallationToken> {
    const now = this.#clock.monotonic();
    let value: string;
    try {
      value = minted.parse(await this.#mint(Number(this.#installationId), refresh)).token;
    } catch (thrown) {
      throw errorOfToken(thrown, this.#installationId);
    }
    if (this.#known?.value !== value) this.#known = { value, since: now, proven: false };
    return { value, ageMs: now - this.#known.since, proven: this.#known.proven };
  }

  /** GitHub has taken that token. */
  prove({ value }: InstallationToken): void {
    if (this.#known?.value === value) this.#known.proven = true;
  }
}
