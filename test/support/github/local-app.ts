/** The App that is under test, as it is registered at the local GitHub. */
export interface LocalApp {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly installationId: string;
  /** Every account that it is installed on; the first is `installationId`'s. */
  readonly installations: readonly { readonly id: string; readonly account: string }[];
  /** Names of the events that it gets. */
  readonly events: readonly string[];
}
