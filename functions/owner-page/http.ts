import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** The most that a form may be, in bytes: a hundred selected tasks, and a reason of 200 characters. */
const LARGEST_BODY = 8_192;

/** What a Function URL and an HTTP API (payload 2.0) hand over, as far as it is read. */
export type PageEvent = Pick<
  APIGatewayProxyEventV2,
  'rawPath' | 'rawQueryString' | 'headers' | 'body' | 'isBase64Encoded'
> & { requestContext: { http: { method: string } } };

export type PageResult = APIGatewayProxyStructuredResultV2;

/** The host means nothing here: all links of the page are relative. */
const ORIGIN = 'https://owner-page.invalid';

/**
 * The request in an event.
 * @throws TypeError where no HTTP request could be it (its method or path is none), RangeError where its body
 * is too large
 */
export function requestOf(event: PageEvent): Request {
  const { method } = event.requestContext.http;
  const query = event.rawQueryString ? `?${event.rawQueryString}` : '';
  const url = new URL(ORIGIN);
  url.pathname = event.rawPath;
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.byteLength > LARGEST_BODY) throw new RangeError('the body is too large');
  const { 'content-type': type, 'accept-language': language } = event.headers ?? {};
  return new Request(`${url.origin}${url.pathname}${query}`, {
    method,
    headers: {
      ...(type !== undefined && { 'content-type': type }),
      ...(language !== undefined && { 'accept-language': language }),
    },
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  });
}

/** The answer as Lambda hands it back. */
export async function resultOf(response: Response): Promise<PageResult> {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
}
