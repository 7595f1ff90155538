/** GET /docs: the OpenAPI document as a page. Nothing of it comes from elsewhere, and it may load nothing from elsewhere. */
import { documentationFiles } from '../../contracts/api.ts';
import { NotFound } from '../../contracts/error-names.ts';
import type { HttpResponse } from '../../runtime/http.ts';
import type { AnonymousOperation } from './services.ts';

/** Swagger UI styles its elements in place and has its icons in its style sheet; scripts are files of ours only. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const safety = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' };

export const showDocs: AnonymousOperation = ({ baseUrl }) => ({
  status: 200,
  headers: {
    ...safety,
    'Content-Type': 'text/html;charset=UTF-8',
    'Content-Security-Policy': contentSecurityPolicy,
    'Cache-Control': 'no-cache',
  },
  body: page(new URL(baseUrl).pathname.replace(/\/$/, '')),
});

/** @param prefix a URL's path, so encoded that no quote is in it */
const page = (prefix: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mesoscale API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${prefix}/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="${prefix}/docs/swagger-ui-bundle.js"></script>
<script src="${prefix}/docs/start.js"></script>
</body>
</html>
`;

/** Finds the document beside itself, wherever the API is. */
const startScript = `SwaggerUIBundle({
  url: new URL('../openapi.json', document.currentScript.src).href,
  dom_id: '#page',
  deepLinking: true,
  validatorUrl: null,
});
`;

/** GET /docs/{file} @throws NotFound */
export const showDocsFile: AnonymousOperation = async ({ parameters }, { readPageFile }) => {
  const { file = '' } = parameters;
  if (file === 'start.js') return fileAnswer(file, startScript);
  if (!documentationFiles.includes(file)) throw new NotFound(`No such path: /docs/${file}`);
  return fileAnswer(file, await readPageFile(file));
};

const fileAnswer = (file: string, body: string): HttpResponse => ({
  status: 200,
  headers: {
    ...safety,
    'Content-Type': `${file.endsWith('.css') ? 'text/css' : 'text/javascript'};charset=UTF-8`,
    'Cache-Control': 'public, max-age=3600',
  },
  body,
});
