// The menu as it is commonly built, with Express, the provider's SDK and ioredis: it
// checks the signature, looks where a conversation is and whether the message is a
// repeat, answers with the SDK's writer, and remembers. One process, as node runs it.
'use strict';
const express = require('express');
const twilio = require('twilio');
const Redis = require('ioredis');

const [, , port, redisPort, token, base] = process.argv;
const redis = new Redis({ host: '127.0.0.1', port: Number(redisPort) });
const app = express();
app.use(express.urlencoded({ extended: false }));
app.use((req, res, next) => {
  const signature = req.headers['x-twilio-signature'] || '';
  if (!twilio.validateRequest(token, signature, base + req.originalUrl, req.body)) return res.status(403).end();
  next();
});

const places = { kendal: '01229 582386' };
app.post('/sms', async (req, res) => {
  const conversation = 'p:' + req.body.From, message = 'q:' + req.body.MessageSid;
  const [state, repeat] = await redis.mget(conversation, message);
  const reply = new twilio.twiml.MessagingResponse();
  const place = Object.keys(places).find((name) => req.body.Body.toLowerCase().includes(name));
  let text = repeat;
  if (!text) {
    text = place
      ? `${places[place]}: local team (hours not known, may show on bills). Free, any time: 0808 2000 247. Emergency: 999. 1 next, 2 bills, 9 back, X leave.`
      : 'Local info line. Reply with your town, or: 1 not sure, 2 other choices, 0 24-hour line, X leave.';
    await redis.pipeline().set(conversation, (state || '') + '1', 'EX', 900).set(message, text, 'EX', 300).exec();
  }
  reply.message({ action: base + '/sms/status', method: 'POST' }, text);
  res.type('text/xml').send(reply.toString());
});

app.post('/voice', (req, res) => {
  const reply = new twilio.twiml.VoiceResponse();
  const gather = reply.gather({ input: 'dtmf', numDigits: 1, timeout: 5, actionOnEmptyResult: true, action: base + '/voice/key', method: 'POST' });
  gather.say({ voice: 'Polly.Amy', language: 'en-GB' },
    'Info line. Emergency, ring 9 9 9. Cumbria press 1, Cheshire 2, elsewhere 3, other lines 4, a person 0.');
  reply.redirect({ method: 'POST' }, base + '/voice/key');
  res.type('text/xml').send(reply.toString());
});

app.listen(Number(port), '127.0.0.1');
