/** A plain mail through the mail server of the settings. Its Message-ID is the same in every attempt. */
import { createTransport } from "nodemailer";
import type { DeliveryOutcome } from "../domain/alerting/notification.ts";
import type { Message } from "../ports/alerting/delivery.ts";
import type { Courier } from "./courier.ts";
import { WENT_DOWN } from "./http.ts";
import { oneLine, sentenceOf } from "./sentence.ts";

const DETAIL_LENGTH_MAX = 200;
const LOOPBACK = /^(?:localhost|127\.[\d.]+|\[::1\])$/;

export const email: Courier = async ({ mail, limitMs, ending }, { address }, { key, alertId, body }) => {
  if (mail === undefined) {
    return {
      arrived: false,
      final: false,
      detail: "No mail server is set: MILLWRIGHT_SMTP_URL, MILLWRIGHT_MAIL_FROM.",
    };
  }
  const message = JSON.parse(body) as Message;
  const domain = mail.from.replace(/^.*@/, "").replace(/>.*$/, "");
  const server = new URL(mail.url);
  const secure = server.protocol === "smtps:";
  const [user, pass] = [decodeURIComponent(server.username), decodeURIComponent(server.password)];
  const transport = createTransport({
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: server.port === "" ? secure ? 465 : 587 : Number(server.port),
    secure,
    // A password goes nowhere in the clear, but to a server on this machine.
    requireTLS: user !== "" && !secure && !LOOPBACK.test(server.hostname),
    auth: user === "" ? undefined : { user, pass },
    connectionTimeout: limitMs / 2,
    greetingTimeout: limitMs / 2,
    socketTimeout: limitMs / 2,
    dnsTimeout: limitMs / 2,
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let goDown = () => {};
  const late = new Promise<DeliveryOutcome>((resolve) => {
    timer = setTimeout(
      () => resolve({ arrived: false, final: false, detail: `The mail server took more than ${limitMs / 1_000} s.` }),
      limitMs,
    );
    goDown = () => resolve(WENT_DOWN);
    ending.addEventListener("abort", goDown, { once: true });
  });
  const sending = transport.sendMail({
    from: mail.from,
    to: { name: "", address },
    subject: sentenceOf(message),
    text: textOf(message),
    messageId: `<${key}@${domain}>`,
    // All mails about one alert stand together.
    references: `<alert-${alertId}@${domain}>`,
    headers: { "auto-submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).then(
    ({ response }): DeliveryOutcome => ({ arrived: true, detail: oneLine(response).slice(0, DETAIL_LENGTH_MAX) }),
    failureOf,
  );
  try {
    return await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener("abort", goDown);
    transport.close();
  }
};

/** What a person needs, the most urgent first. */
function textOf({ data: { alert, reason, tenant } }: Message): string {
  const assets = alert.assets.map(({ name, key }) => `${oneLine(name)} (${key})`).join(" in ");
  return [
    oneLine(alert.reason),
    "",
    `Severity  ${alert.severity}`,
    `State     ${alert.state}`,
    ...alert.sensor === null ? [] : [`Sensor    ${oneLine(alert.sensor.name)} (${alert.sensor.key})`],
    ...alert.source == null ? [] : [`Source    ${alert.source.key}`],
    ...assets === "" ? [] : [`Asset     ${assets}`],
    `Opened    ${alert.openedAt}`,
    ...alert.endedAt === null ? [] : [`Ended     ${alert.endedAt}`],
    `Alert     ${alert.number} (${alert.id}) of ${tenant}`,
    "",
    oneLine(reason),
  ].join("\n");
}

/** A mailbox that a server refuses for good (5xx in answer to the recipient) will not come into being by waiting. */
function failureOf(error: unknown): DeliveryOutcome {
  const { code = "", responseCode, command, response } = error as {
    code?: string;
    responseCode?: number;
    command?: string;
    response?: string;
  };
  const said = response ?? code;
  return {
    arrived: false,
    final: responseCode !== undefined && responseCode >= 500 && command === "RCPT TO",
    // The message of an error may hold the server's address with its password; an answer of the server does not.
    detail: `The mail server did not take it: ${oneLine(said).slice(0, DETAIL_LENGTH_MAX)}`,
  };
}
