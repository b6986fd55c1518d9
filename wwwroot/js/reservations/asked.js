// The dialogs that a refusal leads to. Each may be refused itself, so they are asked for by an event of the server:
// refusal.js would import what imports it.
import { servers } from '../servers/server.js';
import { ReserveDialog } from './reserve-dialog.js';
import { TakeoverDialog } from './takeover-dialog.js';

servers.on('ask:takeover', (model) => new TakeoverDialog({ model }).open());
servers.on('ask:reserve', (model, purpose) => new ReserveDialog({ model, purpose }).open());
