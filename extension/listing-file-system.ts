import * as vscode from 'vscode';
import { listingScheme, listingUri } from '../debug-adapter/protocol/listing-uri.ts';
import { describeFile, objectOfListing } from './objects.ts';

/** The listing document of an object: the URI that the adapter's frames name. */
export function listingOf(object: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(listingUri(object.fsPath));
}

/**
 * Listings as read-only files: a document that can be restored with its breakpoints, which a virtual document cannot.
 * The text is made from the object file, so it is there without a session.
 */
export class ListingFileSystem implements vscode.FileSystemProvider {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  static register(): vscode.Disposable {
    return vscode.workspace.registerFileSystemProvider(listingScheme, new ListingFileSystem(), {
      isReadonly: true,
      isCaseSensitive: true,
    });
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    const object = objectUri(uri);
    const pattern = new vscode.RelativePattern(
      vscode.Uri.joinPath(object, '..'),
      object.path.split('/').at(-1) ?? '',
    );
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const report = (): void => this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    watcher.onDidChange(report);
    watcher.onDidCreate(report);
    return watcher;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const [{ ctime, mtime }, text] = await Promise.all([
      vscode.workspace.fs.stat(objectUri(uri)),
      this.readFile(uri),
    ]);
    return { type: vscode.FileType.File, ctime, mtime, size: text.length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const described = await describeFile(objectUri(uri));
    return new TextEncoder().encode(
      described.ok ? described.view.listing : `; ${described.message.replace(/\n/g, '\n; ')}\n`,
    );
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}

function objectUri(listing: vscode.Uri): vscode.Uri {
  const object = objectOfListing(listing);
  if (object === undefined) throw vscode.FileSystemError.FileNotFound(listing);
  return object;
}
