// A certified server of OAuth 2, with its own pages to log in (as anybody) and to consent.
// It says its address in a line, and ends with its standard input. The only thing of ours:
// POST /ahead?seconds=N puts its clock N seconds ahead.
console.info = console.warn = console.error // the first line of the output is the address

const { createServer } = await import('node:http')
const { default: Provider } = await import('oidc-provider')

const GRANTS = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']
const client = (id, method, secret) => ({
  client_id: id,
  client_secret: secret,
  token_endpoint_auth_method: method,
  grant_types: GRANTS,
  redirect_uris: [process.argv[2]],
})

const real = Date.now
let ahead = 0
Date.now = () => real() + ahead * 1000

const server = createServer()
await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
const issuer = `http://127.0.0.1:${server.address().port}`
const provider = new Provider(issuer, {
  clients: [
    client('basic:app', 'client_secret_basic', 'a+b c%d:e/f'),
    client('body-app', 'client_secret_post', 'a+b c%d:e/f'),
    client('public-app', 'none'),
  ],
  features: { deviceFlow: { enabled: true }, revocation: { enabled: true } },
  claims: { openid: ['sub'], email: ['email'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, AuthorizationCode: 60, DeviceCode: 600, RefreshToken: 86400 },
  cookies: { keys: ['for tests'] },
})

const answer = provider.callback()
server.on('request', (request, response) => {
  const url = new URL(request.url, issuer)
  if (url.pathname !== '/ahead') return answer(request, response)
  ahead = Number(url.searchParams.get('seconds'))
  response.end()
})
process.stdin.resume().on('end', () => process.exit(0))
console.log(JSON.stringify(issuer))
