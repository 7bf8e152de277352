declare module 'mjml' {
  export default function mjml2html(
    source: string,
    options: {
      filePath: string;
      fonts: Record<string, string>;
      ignoreIncludes: boolean;
      keepComments: boolean;
      validationLevel: 'strict';
    },
  ): Promise<{ html: string; errors: { formattedMessage: string }[] }>;
}
