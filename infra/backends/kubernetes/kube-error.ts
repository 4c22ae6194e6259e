// What goes wrong with a Kubernetes API, as one sentence and what to do.

/** The API said no, or did not answer. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** HTTP status; undefined when nothing answered. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Thrown by @kubernetes/client-node for an HTTP answer that is an error; by its watches with `statusCode`. */
interface ApiException {
  readonly code?: number | string;
  readonly statusCode?: number;
  readonly body?: unknown;
  readonly message?: string;
}

/**
 * @param server address of the API server
 * @param doing what was being done, such as "apply Deployment web"
 */
export function kubeError(cause: unknown, server: string, doing: string): KubeError {
  if (cause instanceof KubeError) return cause;
  const { code: status, statusCode, body, message } = cause as ApiException;
  const code = statusCode ?? status;
  if (typeof code === 'number')
    return new KubeError(answered(code, said(body ?? message), server, doing), code, { cause });
  return new KubeError(unanswered(cause as NodeJS.ErrnoException, server), undefined, { cause });
}

function answered(code: number, message: string, server: string, doing: string): string {
  if (code === 401)
    return `the API server at ${server} does not know who is asking (401 Unauthorized): the credentials in the kubeconfig have expired or are of another cluster`;
  if (code === 403)
    return `not allowed to ${doing}: ${message}\nask the cluster's administrator for a role that may, or use another context`;
  return `cannot ${doing}: ${message} (HTTP ${code} of ${server})`;
}

function unanswered(error: NodeJS.ErrnoException, server: string): string {
  const { code, message } = rootOf(error);
  const why = REASONS[code ?? ''] ?? message;
  return `the API server at ${server} cannot be reached: ${why}\nis the cluster running, and is this its kubeconfig?`;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'there is no such host name',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to that host',
  ECONNRESET: 'it broke off the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not of the authority in the kubeconfig',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not of the authority in the kubeconfig',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not of the authority in the kubeconfig',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** fetch wraps what happened; several addresses tried make an AggregateError. */
function rootOf(error: NodeJS.ErrnoException): NodeJS.ErrnoException {
  const inner = error.cause ?? (error as unknown as AggregateError).errors?.[0];
  return inner instanceof Error ? rootOf(inner) : error;
}

/** The message of a Status object (Kubernetes API conventions, "Response Status Kind"). */
function said(body: unknown): string {
  const value = typeof body === 'string' ? parsed(body) : body;
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  return typeof value === 'string' && value !== '' ? value : 'no reason given';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
