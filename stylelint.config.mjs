// What stylelint looks for in the page's styles. Rules stand by the part of the page they are for, so that a more
// special one often comes before a plainer one of another part.
export default {
  extends: 'stylelint-config-recommended',
  rules: { 'no-descending-specificity': null }
};
