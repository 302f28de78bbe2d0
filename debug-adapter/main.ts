import { runOnStdio } from './server.ts';

runOnStdio();
