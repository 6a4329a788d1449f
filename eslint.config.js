// What `make lint` asks of the browser side, beside what the formatter and the type checker do.
import js from "@eslint/js";
import lit from "eslint-plugin-lit";
import globals from "globals";

const RELATIVE = { group: ["./*", "../*"], message: "Import by absolute path: /web/…" };

/** Modules of `folders` must not be imported. */
const without = (message, ...folders) => ({
  "no-restricted-imports": [
    "error",
    { patterns: [RELATIVE, { group: folders.map((folder) => `/web/${folder}/**`), message }] },
  ],
});

export default [
  { ignores: ["web/vendor/"] },
  js.configs.recommended,
  lit.configs["flat/recommended"],
  {
    files: ["web/**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...without("Only pages know pages.", "pages"),
      eqeqeq: "error",
      "max-lines": ["error", { max: 400 }],
      // What people read stays in one piece, and so do the paths of icons.
      "max-len": ["error", { code: 100, ignoreStrings: true, ignorePattern: "^  \\w+: svg`" }],
      "no-implicit-coercion": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Templates escape; this does not." },
        { property: "outerHTML", message: "Templates escape; this does not." },
      ],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      "lit/attribute-names": "off",
      "lit/no-legacy-imports": "error",
      "lit/no-useless-template-literals": "error",
    },
  },
  {
    // Shapes, no code: it is as long as the protocol.
    files: ["web/lib/protocol.js"],
    rules: { "max-lines": "off" },
  },
  {
    files: ["web/pages/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [RELATIVE] }] },
  },
  {
    files: ["web/lib/**"],
    rules: without("A library knows no component.", "components", "features", "pages"),
  },
  {
    files: ["web/components/**"],
    rules: without("A building block knows no feature.", "features", "pages"),
  },
];
