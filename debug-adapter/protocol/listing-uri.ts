/**
 * The listing of an object is a read-only document with a URI of its own, so that breakpoints in it outlive the
 * session: `bpf-listing:/home/user/count.bpf.o.bpf-listing`. Its path is that of the object with an extension
 * added, a Windows path with slashes and a slash before the drive, a URI percent-encoded as one part.
 */
export const listingScheme = 'bpf-listing';
export const listingExtension = '.bpf-listing';

export function listingUri(objectPath: string): string {
  const path = hasScheme(objectPath) ? `/${encodeURIComponent(objectPath)}` : withSlashes(objectPath);
  return `${listingScheme}:${path.split('/').map(encodeURIComponent).join('/')}${listingExtension}`;
}

/** Whether a path that a client sent is a listing's URI. */
export function isListing(path: string): boolean {
  return path.startsWith(`${listingScheme}:`);
}

/** Whether two listing URIs name one document: editors encode characters and drive letters in their own way. */
export function sameListing(a: string, b: string): boolean {
  return listingKey(a) === listingKey(b);
}

function listingKey(uri: string): string {
  let path = uri.slice(listingScheme.length + 1).replace(/^\/\/(?=\/)/, '');
  try {
    path = decodeURIComponent(path);
  } catch {
    // Not percent-encoded: compared as it is.
  }
  return path.replace(/^\/[A-Za-z]:/, (drive) => drive.toLowerCase());
}

function hasScheme(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\//i.test(path);
}

function withSlashes(path: string): string {
  const slashed = /^([a-z]:|\\\\)/i.test(path) ? path.replaceAll('\\', '/') : path;
  return slashed.startsWith('/') ? slashed : `/${slashed}`;
}
