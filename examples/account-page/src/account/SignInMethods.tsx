import { texts } from "../texts";
import { Section } from "../ui/Section";
import { useAccess } from "./context";
import { Email } from "./Email";
import { Password } from "./Password";
import { Phone } from "./Phone";
import { Username } from "./Username";

/** What the person types to sign in. */
export function SignInMethods() {
  const username = useAccess("USERNAME");
  const email = useAccess("EMAIL");
  const phone = useAccess("PHONE");
  const password = useAccess("PASSWORD");
  if ([username, email, phone, password].every((access) => access === "OFF")) {
    return null;
  }
  return (
    <Section title={texts.signInMethods.title}>
      {username !== "OFF" && <Username isEditable={username === "EDIT"} />}
      {email !== "OFF" && <Email isEditable={email === "EDIT"} />}
      {phone !== "OFF" && <Phone isEditable={phone === "EDIT"} />}
      {password !== "OFF" && <Password isEditable={password === "EDIT"} />}
    </Section>
  );
}
