import { refuseAddress, refuseReceiver } from '../../../lambdas/domain/deployment/callback-address.ts';

describe('refuseAddress', () => {
  it.each(['8.8.8.8', '1.1.1.1', '198.17.255.255', '2606:4700::1111', '2001:4860:4860::8888', '::ffff:8.8.8.8'])(
    'lets the public address %s pass',
    (address) => {
      expect(refuseAddress(address, [])).toBeUndefined();
    },
  );

  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'carrierGradeNat'],
    ['169.254.169.254', 'linkLocal'],
    ['169.254.170.2', 'linkLocal'],
    ['192.0.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['198.51.100.1', 'reserved'],
    ['203.0.113.1', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'reserved'],
    ['fe80::1', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['fec0::1', 'deprecatedSiteLocal'],
    ['fc00::1', 'uniqueLocal'],
    ['fd00:ec2::254', 'uniqueLocal'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'reserved'],
    ['4000::1', 'reserved'],
    // Forms that hold an IPv4 address: refused as what they are, or as what they hold.
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'linkLocal'],
    ['64:ff9b::7f00:1', 'rfc6052'],
    ['64:ff9b::8.8.8.8', 'rfc6052'],
    ['64:ff9b:1::a00:1', 'rfc6052'],
    ['2002:7f00:1::', '6to4'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'teredo'],
    ['::ffff:0:7f00:1', 'rfc6145'],
  ])('refuses %s as %s', (address, range) => {
    expect(refuseAddress(address, [])).toBe(`${address} is not a public address (${range})`);
  });

  it('refuses what is no address', () => {
    expect(refuseAddress('example.org', [])).toBe('example.org is no address');
  });

  it('lets networks pass that the operator allows, and nothing beside them', () => {
    const allowed = ['10.1.0.0/16', 'fd12::/32'];
    expect(refuseAddress('10.1.255.1', allowed)).toBeUndefined();
    expect(refuseAddress('::ffff:10.1.0.1', allowed)).toBeUndefined();
    expect(refuseAddress('fd12:0:1::1', allowed)).toBeUndefined();
    expect(refuseAddress('10.2.0.1', allowed)).toMatch(/private/);
    expect(refuseAddress('fd13::1', allowed)).toMatch(/uniqueLocal/);
  });
});

describe('refuseReceiver', () => {
  it.each([
    'https://hook.example.org/x?y=z',
    'http://8.8.8.8:8080/',
    'https://user:word@[2606:4700::1111]/x',
    'http://localhost.example.org/',
  ])('knows nothing against %s', (url) => {
    expect(refuseReceiver(url, [])).toBeUndefined();
  });

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://%31%32%37.0.0.1/',
    'http://１２７.0.0.1/',
    'http://user@127.0.0.1:5050/',
    'http://example.org@127.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'http://LOCALHOST.:8080/',
    'https://my.localhost/',
  ])('sees that %s leads to this computer', (url) => {
    expect(refuseReceiver(url, [])).toMatch(/is not a public address \(loopback\)$/);
  });

  it.each(['http://169.254.169.254/latest/meta-data/', 'http://0xa9fea9fe/', 'http://[::ffff:a9fe:a9fe]/'])(
    'sees that %s leads to the metadata service',
    (url) => {
      expect(refuseReceiver(url, [])).toMatch(/\(linkLocal\)$/);
    },
  );

  it('takes loopback where the operator allows all of it', () => {
    expect(refuseReceiver('http://localhost:1/', ['127.0.0.0/8'])).toBeUndefined();
    expect(refuseReceiver('http://127.0.0.1:1/', ['127.0.0.0/8'])).toBeUndefined();
  });
});
