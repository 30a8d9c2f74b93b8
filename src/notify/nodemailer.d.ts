/** The part of nodemailer that is used; the package has no types of its own. */
declare module "nodemailer" {
  export interface Transport {
    sendMail(mail: Readonly<Record<string, unknown>>): Promise<{ readonly response: string }>;
    close(): void;
  }
  export function createTransport(options: Readonly<Record<string, unknown>>): Transport;
}
