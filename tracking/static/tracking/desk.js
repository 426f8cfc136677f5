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

// A table that is wider than its place scrolls in it: the keyboard has to get there, and hears what it is.
{
  const told = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  const mark = (place) => {
    if (place.scrollWidth > place.clientWidth) {
      const heading = place.closest('section, fieldset')?.querySelector('h2') ?? document.querySelector('h1');
      place.tabIndex = 0;
      place.setAttribute('role', 'region');
      place.setAttribute('aria-label', heading ? heading.textContent.trim() : 'Table');
    } else {
      ['tabindex', 'role', 'aria-label'].forEach((name) => place.removeAttribute(name));
    }
  };
  document.querySelectorAll('main .wide, main .results').forEach((place) => told.observe(place));
}
