// A portal whose judge is the published library `standardwebhooks`: takes what is posted, and says of
// each, a line on its output, whether the signature is right by each of its secrets.
//
//     node receive.mjs SECRET...
//
// Says "listening PORT" first.
import http from 'node:http';
import { Webhook } from 'standardwebhooks';

const secrets = process.argv.slice(2);

function verdict(secret, body, headers) {
  try {
    const event = new Webhook(secret).verify(body, headers);
    return `${event.type} ${event.data.action} v${event.version}`;
  } catch (error) {
    return `refused: ${error.message}`;
  }
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    const changed = body.replace('"action"', '"Action"');
    const said = secrets.map((secret) => verdict(secret, body, request.headers));
    said.push(verdict(secrets[0], changed, request.headers));
    console.log(JSON.stringify(said));
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
