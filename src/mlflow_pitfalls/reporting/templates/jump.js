addEventListener("click", function (event) {
  var link = event.target.closest ? event.target.closest("a[href^='#']") : null;
  var place = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!place) return;
  event.preventDefault();
  place.scrollIntoView();
  place.setAttribute("tabindex", "-1");
  place.focus({ preventScroll: true });
});
