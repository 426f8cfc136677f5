// After a refusal the cursor stands where something is wrong: in the first such field, or else at what is said above the form.
'use strict';
{
  const field = document.querySelector('main [aria-invalid="true"]');
  const said = document.querySelector('[autofocus]') ? null : document.querySelector('main .errorlist.nonfield, main .errornote');
  if (field) {
    field.focus();
  } else if (said) {
    said.tabIndex = -1;
    said.focus();
  }
}
