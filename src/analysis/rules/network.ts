import type { Rule } from './rule.ts';

/** What all rules of this family have in common. */
const network = { category: 'infrastructure', tool: null, transient: true } as const;

/** Downloads, registries and checkouts that failed. Sources: the documentation of curl, git, apt, npm, pip, Maven. */
export const NETWORK: readonly Rule[] = [
  {
    ...network,
    id: 'network.curl',
    literals: ['curl: ('],
    pattern: /^curl: \((?:5|6|7|16|18|28|35|52|55|56|92)\) (.{1,300})$/,
    weight: 66,
    confidence: 0.92,
    summary: ([, message]) => `A download failed: ${message}`,
  },
  {
    ...network,
    id: 'network.read-timeout',
    literals: ['Read timed out', 'ReadTimeoutError', 'connect timed out', 'Connect timed out'],
    pattern: /\bRead timed out\b|ReadTimeoutError|\b[Cc]onnect timed out/,
    weight: 48,
    confidence: 0.75,
    summary: 'A server did not answer in time',
  },
  {
    ...network,
    id: 'network.python',
    literals: ['requests.exceptions.', 'urllib3.exceptions.'],
    pattern:
      /^(?:requests|urllib3)\.exceptions\.(?:ConnectionError|ConnectTimeout|ReadTimeout|ReadTimeoutError|MaxRetryError|ProtocolError): .{1,600}/,
    weight: 53,
    confidence: 0.85,
    summary: 'A server could not be reached, or did not answer in time',
  },
  {
    ...network,
    id: 'network.npm-server',
    literals: ['code E50', 'npm error network', 'npm ERR! network'],
    pattern: /npm (?:ERR!|error) (?:code E50[0234]|network .{1,200})$/,
    weight: 66,
    confidence: 0.92,
    summary: 'The npm registry could not be reached, or failed',
  },
  {
    ...network,
    id: 'network.pip-server',
    literals: ['pip._vendor.urllib3.exceptions', 'pip._vendor.requests.exceptions'],
    pattern: /pip\._vendor\.(?:urllib3|requests)\.(?:\w{1,30}\.)?exceptions\.\w{1,60}: .{1,300}$/,
    weight: 66,
    confidence: 0.92,
    summary: 'pip could not download a package',
  },
  {
    ...network,
    id: 'network.apt',
    literals: ['E: Failed to fetch', 'E: Unable to fetch some archives', 'Hash Sum mismatch'],
    pattern: /^E: (?:Failed to fetch|Unable to fetch some archives)|Hash Sum mismatch/,
    weight: 62,
    confidence: 0.88,
    summary: 'apt could not download its packages',
  },
  {
    ...network,
    id: 'network.maven-transfer',
    literals: ['Could not transfer artifact'],
    pattern:
      /Could not transfer artifact .{1,300}(?:timed out|Connection (?:reset|refused)|status(?: code)?:? 5\d\d|Remote host|Unknown host|Temporary failure)/,
    weight: 70,
    confidence: 0.9,
    summary: 'A package could not be downloaded from its repository',
  },
  {
    ...network,
    id: 'network.tls',
    literals: [
      'certificate verify failed',
      'CERTIFICATE_VERIFY_FAILED',
      'self-signed certificate',
      'SSL_ERROR_SYSCALL',
      'certificate has expired',
      'SSLHandshakeException',
    ],
    pattern:
      /certificate verify failed|CERTIFICATE_VERIFY_FAILED|self-signed certificate|SSL_ERROR_SYSCALL|certificate has expired|SSLHandshakeException/,
    weight: 50,
    confidence: 0.72,
    summary: 'A secure connection could not be made',
  },
  {
    ...network,
    id: 'network.git-transfer',
    literals: ['fatal: unable to access', 'fatal: early EOF', 'the remote end hung up', 'RPC failed'],
    pattern: /^fatal: (?:unable to access '|early EOF|[Tt]he remote end hung up)|^error: RPC failed/,
    weight: 64,
    confidence: 0.88,
    summary: 'git could not transfer the repository',
  },
  {
    ...network,
    id: 'network.git-refused',
    transient: false,
    literals: [
      'fatal: could not read',
      "fatal: couldn't find remote ref",
      'fatal: Authentication failed',
      'Could not read from remote repository',
      'fatal: repository ',
    ],
    pattern:
      /^fatal: (?:could not read (?:Username|Password)|couldn't find remote ref|Authentication failed|Could not read from remote repository|repository '.{1,300}' not found)/,
    weight: 64,
    confidence: 0.88,
    summary: ([line]) => `The repository could not be checked out: ${line.replace(/^fatal: /, '')}`,
  },
  {
    ...network,
    id: 'network.artifact',
    literals: [
      'Failed to CreateArtifact',
      'Failed to FinalizeArtifact',
      'Failed to ListArtifacts',
      'Failed to GetSignedArtifactURL',
      'Unable to download artifact',
      'Unable to make request: ',
    ],
    pattern:
      /Failed to (?:Create|Finalize|List|GetSigned)Artifact\w{0,10}: |Unable to download artifact|Unable to make request: E[A-Z]{3,20}/,
    weight: 62,
    confidence: 0.88,
    summary: 'The artefact service failed',
  },
  {
    ...network,
    id: 'network.service-container',
    literals: ['containers failed to start', 'Failed to initialize container', 'Service container '],
    pattern:
      /One or more containers failed to start|Failed to initialize container|^Service container \S{1,100} failed/,
    weight: 72,
    confidence: 0.92,
    summary: 'A service container did not start',
  },
];
