// The addresses of the page's own pages (frame/router.js).
const part = encodeURIComponent;

export const server = (name) => `#/servers/${part(name)}`;
export const entry = (name, build) => `${server(name)}/history/${part(build)}`;
export const compare = (name, to, from) => `${entry(name, to)}/since/${part(from)}`;
export const build = (id) => `#/builds/${part(id)}`;
export const restore = (id) => `#/restores/${part(id)}`;
