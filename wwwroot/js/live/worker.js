// A shared worker: all pages of a browser share its one event stream, because HTTP/1.1 allows six connections to
// a place and each stream holds a worker of the web server. It ends with the last page. (Web Locks would need https.)
import { ConsoleStream } from './stream.js';

const ports = new Set();
let stream = null;

const tell = (message) => ports.forEach((port) => port.postMessage(message));

self.onconnect = (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.onmessage = ({ data }) => {
    if (data.what === 'join') {
      stream ||= new ConsoleStream(data.url, tell);
      if (stream.isOpen) port.postMessage({ what: 'open', fresh: true });
    }
    if (data.what === 'renew') stream?.renew();
    if (data.what === 'leave') ports.delete(port);
  };
};
