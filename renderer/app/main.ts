/** Entry of the page: styles, then the root component. Everything else follows from the connection. */
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import '../ui/floating.css';
import '../ui/marks.css';
import { mount } from 'svelte';
import Root from './Root.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no element to live in.');
mount(Root, { target });
