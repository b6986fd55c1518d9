// Steps of a build or a restore, in the words of the `step-list` template.
(function () {
  const shapes = { waiting: 'waiting', queued: 'waiting' };

  // States keep the API's words; each has a shape of its own.
  app.stateTemplate = (state) => ({ word: state, icon: shapes[state] || state });

  // What has ended took so long; what runs has taken so long by now.
  app.took = function (part) {
    if (part.seconds !== null && part.seconds !== undefined) return app.text.seconds(part.seconds);
    return part.startedAt && !part.endedAt ? app.text.seconds(Math.floor(app.time.secondsSince(part.startedAt))) : '';
  };

  app.stepsTemplate = function (steps, ofApp) {
    // What the step after the checkout runs, until it has something to say itself.
    const commands = (step) => (step.name === 'after' && ['waiting', 'running'].includes(step.state) && ofApp?.get('after') || []).join(' · ');
    const waits = (step) => (step.waitsFor && step.state !== 'succeeded' ? `waits: ${step.waitsFor}` : null);
    const words = (step) => [waits(step), step.message].filter(Boolean).join(' · ');
    return (steps || []).map((step) => ({
      name: step.name,
      state: step.state,
      icon: app.stateTemplate(step.state).icon,
      took: app.took(step),
      bar: step.state === 'running' ? app.text.bar(step.progress, step.name) : null,
      note: app.time.said(words(step)) || commands(step) || null
    }));
  };
})();
