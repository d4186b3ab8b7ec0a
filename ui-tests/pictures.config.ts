import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** The pictures of the documentation, taken from the running product. */
export default defineConfig({ ...tests, testMatch: 'pictures/*.picture.ts' });
