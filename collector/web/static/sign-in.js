// The form that asks for the token. It goes in a header, so that it stands in no address, and so in
// no history and no log of a proxy.

const form = document.querySelector("form");
const input = document.getElementById("token");
const wrong = document.querySelector("[role=alert]");

async function signIn(event) {
  event.preventDefault();
  const answer = await asked(input.value.trim());
  if (answer?.ok) location.replace("/");
  wrong.textContent = answer ? "That is not the token." : "The collector does not answer.";
  wrong.hidden = Boolean(answer?.ok);
  input.select();
}

async function asked(token) {
  try {
    return await fetch("/sign-in", { headers: { Authorization: `Bearer ${encodeURI(token)}` } });
  } catch {
    return null;
  }
}

form.addEventListener("submit", signIn);
