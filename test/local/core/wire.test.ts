import { decodeQuery } from '../../../local/http/query.ts';
import { parseCredentialScope } from '../../../local/http/signature.ts';
import { encodeXml } from '../../../local/http/xml.ts';

describe('decodeQuery', () => {
  it('nests by dots, makes numbered keys arrays, and leaves out member and the envelope', () => {
    const body =
      'Action=A&Version=1&MaxCount=2&Filter.2.Name=b&Filter.1.Name=a%20b&Filter.1.Value.1=x&Filter.1.Value.2=y' +
      '&Tags.member.1.Key=k&Tags.member.1.Value=v&Placement.Zone=z';
    expect(decodeQuery(body)).toEqual({
      MaxCount: '2',
      Filter: [{ Name: 'a b', Value: ['x', 'y'] }, { Name: 'b' }],
      Tags: [{ Key: 'k', Value: 'v' }],
      Placement: { Zone: 'z' },
    });
  });

  it('orders more than nine entries by their numbers', () => {
    const body = Array.from({ length: 12 }, (_, index) => `Id.${12 - index}=i-${12 - index}`).join('&');
    expect(decodeQuery(body).Id).toEqual(Array.from({ length: 12 }, (_, index) => `i-${index + 1}`));
  });
});

describe('encodeXml', () => {
  it('wraps list entries, leaves out what is missing, and escapes', () => {
    const value = { set: [{ a: 1 }, { a: true }], none: undefined, nil: null, text: `<&>"'\r\u0001`, empty: [] };
    expect(encodeXml(value, 'item')).toBe(
      '<set><item><a>1</a></item><item><a>true</a></item></set><text>&lt;&amp;&gt;&quot;&apos;&#13;</text><empty></empty>',
    );
    expect(encodeXml({ list: { member: ['x', 'y'] } }, 'member')).toBe(
      '<list><member>x</member><member>y</member></list>',
    );
    expect(encodeXml({ at: new Date(0) }, 'item')).toBe('<at>1970-01-01T00:00:00.000Z</at>');
  });
});

describe('parseCredentialScope', () => {
  const scope = { accessKeyId: 'AKID', region: 'eu-west-1', service: 'sqs' };

  it('reads the header or the query string', () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKID/20261122/eu-west-1/sqs/aws4_request, SignedHeaders=host';
    expect(parseCredentialScope({ authorization }, new URLSearchParams())).toEqual(scope);
    const query = new URLSearchParams({ 'X-Amz-Credential': 'AKID/20261122/eu-west-1/sqs/aws4_request' });
    expect(parseCredentialScope({}, query)).toEqual(scope);
    expect(parseCredentialScope({ authorization: 'Bearer x' }, new URLSearchParams())).toBeUndefined();
  });
});
