// Applies the policy: to the program before it is ready, to the session, and to every web contents that
// ever comes to be, also ones nobody planned.
import { basename } from 'node:path';
import { createPageFiles } from '../platform/index.ts';
import type { Electron, ElectronParts } from './electronParts.ts';
import {
  isOwnBlob,
  isOwnUrl,
  isPermissionAllowed,
  isRequestAllowed,
  ORIGIN,
  SCHEME,
  SCHEME_PRIVILEGES,
  SWITCHES,
} from './policy.ts';

export function hardenBeforeReady({
  app,
  protocol,
}: Pick<ElectronParts, 'app' | 'protocol'>): void {
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([SCHEME_PRIVILEGES]);
  for (const [name, value] of SWITCHES) app.commandLine.appendSwitch(name, value);
}

export function hardenApp({ app }: Pick<ElectronParts, 'app'>): void {
  app.on('web-contents-created', (_event, contents) => {
    const own = (event: { preventDefault(): void }, url: string): void => {
      if (!isOwnUrl(url)) event.preventDefault();
    };
    contents.on('will-navigate', (event) => own(event, event.url));
    // A report is shown in a sandboxed frame, from a blob that the page made; nothing else enters a frame.
    contents.on('will-frame-navigate', (event) => {
      if (event.isMainFrame || !isOwnBlob(event.url)) own(event, event.url);
    });
    contents.on('will-redirect', (event) => own(event, event.url));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  // Nothing is ever fetched over TLS or asked for a login; if something tries, it gets nothing.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
  });
  app.on('select-client-certificate', (event) => event.preventDefault());
  app.on('login', (event) => event.preventDefault());
}

export async function hardenSession(
  session: Electron.Session,
  options: { readonly page: string; readonly release: boolean },
): Promise<void> {
  const answer = createPageFiles(options.page, ORIGIN);
  session.protocol.handle(SCHEME, (request) => {
    const { status, headers, body } = answer(request);
    return new Response(new Uint8Array(body), { status, headers });
  });
  for (const scheme of ['http', 'https']) {
    session.protocol.handle(scheme, () => new Response(null, { status: 403 }));
  }
  session.webRequest.onBeforeRequest(({ url }, callback) =>
    callback({ cancel: !isRequestAllowed(url, options.release) }),
  );
  session.setPermissionRequestHandler((_contents, permission, callback, details) =>
    callback(isPermissionAllowed(permission, details.requestingUrl, details.isMainFrame)),
  );
  session.setPermissionCheckHandler((_contents, permission, origin, details) =>
    isPermissionAllowed(permission, details.requestingUrl ?? origin, details.isMainFrame),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}));
  // The only file that leaves is an export the page was handed by the one exit; the person says where to.
  session.on('will-download', (event, item) => {
    if (!isOwnBlob(item.getURL())) event.preventDefault();
    else item.setSaveDialogOptions({ defaultPath: basename(item.getFilename()) });
  });
  session.setSpellCheckerEnabled(false);
  session.setSpellCheckerDictionaryDownloadURL(`${ORIGIN}/`);
  await session.setProxy({ mode: 'direct' });
}
