// A base on each of its database hosts, where several have it.
import * as format from '../page/format.js';
import * as time from '../page/time.js';

export const placesTemplate = (places) => (places || []).map((place) => ({
  host: place.host,
  data: time.of(place.dataTime, time.night),
  staleness: place.stale ? 'stale' : '',
  size: format.size(place.size) || 'size unknown',
  spares: place.spares.wanted ? `${place.spares.ready} of ${place.spares.wanted} ready` : 'none wanted',
  method: place.method,
  problem: time.said(place.problem) || null
}));
