import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { report } from '../widgets/notebook/report';
import { NotebookSettings } from '../widgets/notebook/settings';

/** The plugin whose schema has all settings of Patina Lab. */
export const NOTEBOOK_PLUGIN = 'patina-lab:notebook';

/** The settings of Patina Lab, followed as a person changes them. */
export function followSettings(registry: ISettingRegistry): NotebookSettings {
  const settings = new NotebookSettings();
  void registry
    .load(NOTEBOOK_PLUGIN)
    .then(loaded => settings.use(loaded), report);
  return settings;
}
