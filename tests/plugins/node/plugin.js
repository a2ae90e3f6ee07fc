#!/usr/bin/env node
// A plugin with nothing but grpc-js: the connection is on descriptor 0, which is also descriptor 1.
'use strict';

const net = require('node:net');
const path = require('node:path');

const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

// Standard output carries the protocol: what is logged goes to standard error.
globalThis.console = new console.Console(process.stderr);

const definition = loader.loadSync('cigen/plugin/v1/plugin.proto', {
  includeDirs: [path.join(__dirname, 'proto')],
  keepCase: true,
  defaults: true, // a list without items is a list
});
const { Plugin } = grpc.loadPackageDefinition(definition).cigen.plugin.v1;

function handshake(call, answer) {
  console.log(`hello, cig ${call.request.core_version}`);
  answer(null, { name: 'test/node', version: '1.0.0', protocol: 1, hooks: ['detect'] });
}

function detect(call, answer) {
  const file = call.request.repo.files.find((each) => each.path === 'package.json');
  if (!file) {
    answer(null, {});
    return;
  }
  if (file.content.toString() === 'fail') {
    answer({ code: grpc.status.INTERNAL, details: 'asked to fail' });
    return;
  }
  const facts = [{ name: 'bytes', value: String(file.content.length), source: 'package.json' }];
  answer(null, { signals: ['has_package_json'], facts, confidence: 0.8 });
}

const limit = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
const server = new grpc.Server(limit);
server.addService(Plugin.service, { handshake, detect });
const connection = new net.Socket({ fd: 0 });
connection.on('close', () => process.exit(0));
server.createConnectionInjector(grpc.ServerCredentials.createInsecure()).injectConnection(connection);
